// A last step that is taken whatever came of the work before it.

/// Runs the body, then `last`, and then returns or throws what came of the body.
func running<Value>(
  _ body: () async throws -> Value, finally last: () async throws -> Void
) async throws -> Value {
  let outcome: Result<Value, any Error>
  do {
    outcome = .success(try await body())
  } catch {
    outcome = .failure(error)
  }
  try await last()
  return try outcome.get()
}
