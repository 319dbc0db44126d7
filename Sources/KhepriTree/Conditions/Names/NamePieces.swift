/// Literal pieces that a name has in this order without overlap: a glob, cut at its stars.
///
/// The first piece begins the name and the last one ends it; a single piece is the whole name.
struct NamePieces: Sendable {
    private let pieces: [[UInt8]]

    init(glob: String) {
        pieces = glob.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map(Array.init)
    }

    /// The same test as the search of an expression, if that is a literal with or without anchors.
    init?(searching expression: NameExpression) {
        var items =
            if case .sequence(let items) = expression.form { items[...] } else { [expression][...] }
        var pieces: [[UInt8]] = []
        if case .start = items.first?.form { items.removeFirst() } else { pieces.append([]) }
        let endsWithName: Bool
        if case .end = items.last?.form {
            items.removeLast()
            endsWithName = true
        } else {
            endsWithName = false
        }

        var literal: [UInt8] = []
        for item in items {
            guard case .scalars(let scalars) = item.form, let scalar = scalars.onlyScalar else {
                return nil
            }
            literal.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        }
        pieces.append(literal)
        if !endsWithName { pieces.append([]) }
        self.pieces = pieces
    }

    /// Whether a name has the pieces.
    func match(_ name: UnsafeRawBufferPointer) -> Bool {
        let first = pieces[0]
        let last = pieces[pieces.count - 1]
        if pieces.count == 1 { return name.elementsEqual(first) }
        guard name.count >= first.count + last.count, name.has(first, at: 0),
            name.has(last, at: name.count - last.count)
        else { return false }

        var position = first.count
        let end = name.count - last.count
        for piece in pieces[1..<pieces.count - 1] {
            while position + piece.count <= end, !name.has(piece, at: position) { position += 1 }
            guard position + piece.count <= end else { return false }
            position += piece.count
        }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// Whether a piece is at an offset from which as many bytes follow.
    fileprivate func has(_ piece: [UInt8], at offset: Int) -> Bool {
        for index in piece.indices where self[offset + index] != piece[index] { return false }
        return true
    }
}
