// Random identifiers from the system's generator.

/// So many random bytes as lower-case hexadecimal digits.
public func randomHex(bytes: Int) -> String {
  let digits = Array("0123456789abcdef")
  var generator = SystemRandomNumberGenerator()
  return String((0..<bytes * 2).map { _ in digits[Int(generator.next() & 0xF)] })
}
