// Whether anybody listens at an address, as seen from this machine.

import JSONRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension WebAddress {
  /// Nil when somebody listens there; else why not. Asks for `seconds` at most, on a thread of its
  /// own: a name is looked up, and that blocks.
  func silence(within seconds: Int32) async -> String? {
    await withCheckedContinuation { continuation in
      let failure = startThread { continuation.resume(returning: connect(within: seconds)) }
      if failure != 0 { continuation.resume(returning: String(cString: strerror(failure))) }
    }
  }

  private func connect(within seconds: Int32) -> String? {
    var hints = addrinfo()
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    let name = String(host.drop { $0 == "[" }.prefix { $0 != "]" })
    let service = port.isEmpty ? scheme : String(port.dropFirst())
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, service, &hints, &found)
    guard code == 0 else { return "\(name): \(String(cString: gai_strerror(code)))" }
    defer { freeaddrinfo(found) }
    var why = "nobody listens there"
    var next = found
    while let address = next?.pointee {
      let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
      defer { if descriptor >= 0 { close(descriptor) } }
      if descriptor >= 0, let trouble = attempt(descriptor, address, seconds) {
        why = trouble
      } else if descriptor >= 0 {
        return nil
      }
      next = address.ai_next
    }
    return why
  }

  private func attempt(_ descriptor: Int32, _ address: addrinfo, _ seconds: Int32) -> String? {
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    #if canImport(Glibc)
      let code = Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen)
    #elseif canImport(Musl)
      let code = Musl.connect(descriptor, address.ai_addr, address.ai_addrlen)
    #else
      let code = Darwin.connect(descriptor, address.ai_addr, address.ai_addrlen)
    #endif
    if code == 0 { return nil }
    guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&waiting, 1, seconds * 1000) > 0 else { return "no answer in \(seconds) s" }
    var trouble: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &trouble, &size)
    return trouble == 0 ? nil : String(cString: strerror(trouble))
  }
}
