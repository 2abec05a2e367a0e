// The queue of the log, and the thread that writes it: what is dropped is counted where it is missing.
import Foundation
import JSONRPC
import Testing

@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct LogQueueTests {
  private func line(_ length: Int) -> [UInt8] { Array(repeating: 0x61, count: length) }

  @Test func keepsTheOrder() {
    var queue = LogQueue(capacity: 10_000)
    #expect(queue.isEmpty && queue.next() == nil)
    for number in 0..<5 { queue.add([UInt8(number)]) }
    #expect((0..<5).map { _ in queue.next() } == (0..<5).map { .line([UInt8($0)]) })
    #expect(queue.isEmpty && queue.next() == nil)
  }

  @Test func countsWhatIsDroppedWhereItIsMissing() {
    var queue = LogQueue(capacity: 1000)
    for _ in 0..<7 { queue.add(line(136)) }  // 200 with what it takes beside: five fit
    #expect((0..<5).map { _ in queue.next() } == Array(repeating: .line(line(136)), count: 5))
    #expect(queue.next() == .dropped(2))
    #expect(queue.next() == nil)
    for _ in 0..<7 { queue.add(line(136)) }
    _ = (queue.next(), queue.next(), queue.next())
    queue.add([1])
    #expect(queue.next() == .line(line(136)) && queue.next() == .line(line(136)))
    #expect(queue.next() == .dropped(2) && queue.next() == .line([1]))
    #expect(queue.isEmpty)
  }

  @Test func aLineThatIsTooLongGoesAlone() {
    var queue = LogQueue(capacity: 100)
    queue.add(line(1000))
    queue.add([1])
    #expect(queue.next() == .line(line(1000)) && queue.next() == .dropped(1))
  }

  @Test func nobodyReads() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let writer = LogWriter(descriptor: ends[1])
    // A pipe holds 64 KiB, the queue 1 MiB.
    for _ in 0..<20_000 { writer.write(line(99) + [0x0A], .text) }
    writer.flush(within: .milliseconds(10))
    let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    var text = ""
    while !text.contains("dropped") {
      text += String(decoding: reader.availableData, as: UTF8.self)
    }
    let lines = text.split(separator: "\n")
    let kept = lines.count { $0.count == 99 }
    #expect(lines.last?.hasSuffix("count=\(20_000 - kept)") == true)
    writer.flush(within: .seconds(10))
    close(ends[1])
  }

  @Test func aLineStaysALine() {
    for form in [LogForm.text, .json] {
      let line = form.line(.info, "a\nb\r\u{2028}c\u{2029}", ["x": "\u{2028}\n"])
      #expect(line.filter { $0 == 0x0A }.count == 1 && line.last == 0x0A)
      let text = String(decoding: line, as: UTF8.self)
      #expect(!text.unicodeScalars.contains { "\r\u{2028}\u{2029}".unicodeScalars.contains($0) })
    }
  }
}
