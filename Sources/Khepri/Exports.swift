@_exported public import KhepriTree
