@_exported public import RaftCore
