// Values: what the encoder writes, objects and their order, accessors.
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct JSONValueTests {
  @Test(
    arguments: [
      (.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
      (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
      (0.1, "0.1"), (1.0, "1.0"), (-0.0, "-0.0"), (1e300, "1e+300"),
      (.double(.leastNonzeroMagnitude), "5e-324"),
      (.double(.infinity), "null"), (.double(-.infinity), "null"), (.double(.nan), "null"),
      ("", "\"\""), ("a\"b\\c/d", #""a\"b\\c/d""#), ("\n\r\t\u{8}\u{C}", #""\n\r\t\b\f""#),
      ("\0\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""), ("é\u{2027}𝄞", "\"é\u{2027}𝄞\""),
      ("a\u{2028}\u{2029}b\u{202A}", "\"a\\u2028\\u2029b\u{202A}\""),
      ([], "[]"), ([1, [2], [:]], "[1,[2],{}]"), (["b": 1, "a": [.null]], #"{"b":1,"a":[null]}"#),
      (["\"": "\n"], #"{"\"":"\n"}"#),
    ] as [(JSON, String)])
  func encodes(_ value: JSON, _ text: String) {
    #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
    #expect(value.description == text)
  }

  @Test("Doubles round-trip exactly")
  func doubles() throws {
    var random = Seeded(seed: 1)
    for _ in 0..<10_000 {
      let double = Double(bitPattern: random.next())
      guard double.isFinite else { continue }
      let read = try #require(JSON(parsing: JSON.double(double).encoded()).double)
      #expect(read.bitPattern == double.bitPattern)
    }
  }

  @Test func accessors() {
    let value: JSON = ["s": "x", "i": 1, "d": 2.5, "w": 120.0, "b": true, "a": [1], "n": .null]
    #expect(value["s"]?.string == "x")
    #expect(value["i"]?.integer == 1)
    #expect(value["i"]?.double == 1)
    #expect(value["d"]?.double == 2.5)
    #expect(value["d"]?.integer == nil)
    #expect(value["w"]?.integer == 120)
    #expect(JSON.double(1e300).integer == nil)
    #expect(value["b"]?.bool == true)
    #expect(value["a"]?.array == [1])
    #expect(value["n"] == .null)
    #expect(value["none"] == nil)
    #expect(value["s"]?["none"] == nil)
    #expect(value.object?.count == 7)
    #expect(value["i"]?.string == nil && value["s"]?.integer == nil && value["s"]?.double == nil)
    #expect(value["i"]?.bool == nil && value["s"]?.array == nil && value["s"]?.object == nil)
  }

  @Test("Members keep their order; setting replaces in place, nil removes")
  func members() {
    var object: JSONObject = ["b": 1, "a": 2]
    object["c"] = 3
    object["b"] = 4
    object["a"] = nil
    object["none"] = nil
    #expect(object.members.map(\.key) == ["b", "c"])
    #expect(object["b"] == 4 && object["a"] == nil)
    #expect(object.count == 2 && !object.isEmpty)
  }

  @Test func equalityIgnoresOrder() {
    let object: JSONObject = ["a": 1, "b": [2]]
    #expect(object == ["b": [2], "a": 1])
    #expect(object != ["b": [2]])
    #expect(object != ["b": [2], "a": 2])
    #expect(object != ["b": [2], "c": 1])
  }

  @Test("Of two members with the same name the last wins")
  func duplicates() throws {
    let value = try JSON(parsing: #"{"a":1,"b":2,"\u0061":3}"#)
    #expect(value.description == #"{"a":3,"b":2}"#)
  }

  @Test("Names are told apart by their bytes, not by Unicode equivalence")
  func equivalence() throws {
    let value = try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.count == 2)
    #expect(value["\u{E9}"] == 1 && value["e\u{301}"] == 2)
  }

  @Test("Large objects find, replace and remove as small ones do", arguments: [16, 17, 18, 5000])
  func large(_ count: Int) {
    var object = JSONObject((0..<count).map { ("k\($0)", .integer(Int64($0))) })
    object["k3"] = "three"
    object["k1"] = nil
    #expect(object.count == count - 1)
    #expect(object["k1"] == nil && object["k3"] == "three")
    #expect(object["k\(count - 1)"] == .integer(Int64(count - 1)))
    #expect(object == JSONObject(object.members.reversed().map { ($0.key, $0.value) }))
    object["k1"] = 1
    #expect(object.members.last?.key == "k1")
  }

  @Test("A hundred thousand members are read in no time to speak of")
  func manyMembers() throws {
    let text = "{" + (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try JSON(parsing: text).object?.count == 100_000)
  }
}
