/// The version of the program and of the library.
enum ProgramVersion {
    static let text = "0.1.0"
}
