// A limit for what waits for a bench.

/// Runs `work`, whose task is cancelled when the time is over.
///
/// - Returns: What it returns; nil when the time was over. What it throws then is dropped.
public func within<Value: Sendable>(
  _ limit: Duration, _ work: @escaping @Sendable () async throws(BenchError) -> Value
) async throws(BenchError) -> Value? {
  let result = await withTaskGroup(of: Result<Value, BenchError>?.self) { group in
    group.addTask {
      do throws(BenchError) {
        return .success(try await work())
      } catch {
        return .failure(error)
      }
    }
    group.addTask {
      try? await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    return await group.next() ?? nil
  }
  return try result?.get()
}
