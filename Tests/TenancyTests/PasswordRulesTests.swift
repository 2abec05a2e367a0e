// Passwords: long, neither common nor personal, and never repeated in what is said about them.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct PasswordRulesTests {
  func fault(_ password: String) -> String? {
    PasswordRules.fault(
      in: password, email: "jonathan.smith@example.com", organization: "Zenith Corporation",
      fullName: "José Li Quixote")
  }

  @Test(arguments: [
    "SecurePass123", "correct horse battery staple", "Tr0ub4dor&3-more", "пароль-длинный-42",
    "9f8s7d6f5g4h", "corporation-77-blue", "my li ttle pony",
  ])
  func accepts(password: String) {
    #expect(fault(password) == nil)
  }

  @Test(arguments: [
    "password1234", "Password2024!", "P@ssw0rd!!!!", "pa$$word1234", "!!PASSWORD!!99",
    "passwordpassword", "adminpassword1", "qwertyuiop12", "Qwerty123456", "letmeinletmein",
    "123456789012", "012345678901", "098765432109", "abcdefghijkl", "zyxwvutsrqpo", "poiuytrewq12",
    "1q2w3e4r5t6y", "1qaz2wsx3edc", "aaaaaaaaaaaa", "abcabcabcabc", "121212121212", "Welcome12345!",
    "changeme1234", "p4ssw0rd9876", "admin1234567", "asdfghjkl;12",
  ])
  func refusesCommon(password: String) {
    #expect(fault(password)?.contains("common") == true)
  }

  @Test(arguments: [
    "xx-JONATHAN-77", "jonathan.smith", "1987smith1987!", "zenith-rocks-9", "QuixoteMill55",
    "josé-josé-5512", "JOSE-likes-tea", "joseliquixote",
  ])
  func refusesPersonal(password: String) {
    #expect(fault(password)?.contains("must not contain") == true)
  }

  @Test func holdsToTheLength() {
    #expect(fault("Kx9#mQ2$vL7") != nil)
    #expect(fault("Kx9#mQ2$vL7!") == nil)
    let long = (0..<128).map {
      String("kx9mq2vl7w".unicodeScalars.map(Character.init)[$0 * $0 % 10])
    }
    #expect(fault(long.joined()) == nil)
    #expect(fault(long.joined() + "x") != nil)
    #expect(fault("Kx9#mQ2$\u{0}vL7!") != nil)
  }

  @Test(arguments: [
    "short", "password1234", "jonathan-jonathan", String(repeating: "hunter2", count: 30),
  ])
  func neverSaysIt(password: String) throws {
    let reason = try #require(fault(password))
    #expect(!reason.contains(password))
    #expect(!reason.contains("jonathan"))
  }

  @Test func knowsOnlyWhatIsKnown() {
    #expect(
      PasswordRules.fault(
        in: "jonathan-in-may", email: nil, organization: nil, fullName: nil) == nil)
  }
}
