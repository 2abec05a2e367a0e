// The time of day for people, and seconds for programs.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum Clock {
  /// Now, in UTC, as RFC 3339 with milliseconds.
  static func timestamp() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
  }
}

extension Duration {
  /// Seconds, to the millisecond.
  var seconds: Double {
    let (whole, rest) = components
    return (Double(whole) * 1000 + Double(rest / 1_000_000_000_000_000)) / 1000
  }

  /// The same as a JSON number.
  var json: JSON { .double(seconds) }
}
