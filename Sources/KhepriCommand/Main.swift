import KhepriCLI

@main struct Main {
    static func main() async {
        await KhepriProgram.main()
    }
}
