import LockService
import Testing

@Suite("Fenced printer") struct FencedPrinterTests {
    @Test func `a token is good until a newer one was seen`() {
        var printer = FencedPrinter()
        let tokens: [UInt64] = [5, 5, 9, 5, 9]
        let isPrinted = tokens.enumerated().map { printer.print("\($0)", token: $1) }
        #expect(isPrinted == [true, true, true, false, true])
        #expect(printer.pages == ["0", "1", "2", "4"])
    }
}
