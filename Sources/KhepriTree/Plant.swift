import Glibc
package let plant: Int = getenv("PLANT").flatMap { Int(String(cString: $0)) } ?? 0
