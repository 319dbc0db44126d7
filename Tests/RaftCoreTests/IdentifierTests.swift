import RaftCore
import TestSupport
import Testing

@Suite("Identifiers as text") struct IdentifierTests {
    @Test func `an identifier is written as a UUID`() {
        let identifier = Identifier128(high: 0x0123_4567_89ab_cdef, low: 1)
        #expect("\(identifier)" == "01234567-89ab-cdef-0000-000000000001")
    }

    @Test func `any identifier is the same after the way through text`() {
        var random = TestRandom()
        for _ in 0..<1_000 {
            let identifier = Identifier128(high: random.next(), low: random.next())
            #expect(Identifier128("\(identifier)") == identifier)
            #expect(Identifier128("\(identifier)".uppercased()) == identifier)
        }
    }

    @Test(arguments: [
        "", "01234567", "0123456789abcdef0000000000000001",
        "01234567-89ab-cdef-0000-00000000000", "01234567-89ab-cdef-0000-0000000000012",
        "01234567-89ab-cdef-000-0000000000001", "-01234567-89ab-cdef-0000-000000000001",
        "01234567-89ab-cdef-0000-00000000000g", "01234567-89ab-cdef-0000-0000000000é",
        "+1234567-89ab-cdef-0000-000000000001",
    ])
    func `text that is no UUID is no identifier`(text: String) {
        #expect(Identifier128(text) == nil)
    }
}
