// The id of a line that is not JSON: found where it can be told for certain, else not.
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(1)))
struct SalvagedIDTests {
  @Test(
    arguments: [
      (#"{"id":1,"method":"a","params":{broken}}"#, .integer(1)),
      (#"{"jsonrpc":"2.0","id":1,"method":"pro"#, .integer(1)),
      (#"{"params":{"a":01},"id":"x y"}"#, .string("x y")),
      (#"{"params":{"id":2,"a":[{"id":3}],},"id" : -4.5 }"#, .number(-4.5)),
      (#"{"a":"say \"id\":5,","id":6,]"#, .integer(6)),
      (#"{"a":"\uD800","id":null,"b":1}"#, .null),
      (#"{"id":1,"id":1,"#, .integer(1)),
    ] as [(String, RequestID)])
  func found(_ text: String, _ id: RequestID) {
    #expect(RequestID(salvagedFrom: Array(text.utf8).span) == id)
  }

  @Test(arguments: [
    "", "{", "x", #"{"id""#, #"{"id":"#, #"{"id":12"#, #"{"id":"ab"#, #"{"id":"ab""#,
    #"{"id":tru,"#,
    #"{"id":true,"x"#, #"{"id":{"a":1},"#, #"{"id":[1],"#, #"{"id":01,"#, #"{"id":1,"id":2,"#,
    #"{"params":{"id":1},"#, #"[{"id":1},"#, #""id":1,"#, #"{"x":"id":1,"#,
    #"{"a":"b, "id":1,"c":2}"#,
    #"{"a":1}}{"id":1,"#, #"{"Id":1,"#, #"{"id":1 x,"#, "}}}]]]", #"{"a\"#,
  ])
  func notFound(_ text: String) {
    #expect(RequestID(salvagedFrom: Array(text.utf8).span) == nil)
  }
}
