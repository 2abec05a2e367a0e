// The agent's `http`: one request to the bench's web server.

import JSONRPC

extension Agent {
  /// One GET to the bench's web server (`http://…` as seen from the bench) or straight to its
  /// application (`wsgi:`), with the site's name as Host and, where given, API keys.
  /// - Returns: the status and the JSON answer's `message`, when it is text.
  public func request(
    url: String, site: String, path: String, apiKey: Secret?, apiSecret: Secret?, timeout: Double
  ) async throws(BenchError) -> (status: Int, message: String?) {
    var params: JSONObject = [
      "url": .string(url), "site": .string(site), "path": .string(path),
      "timeout": .double(timeout),
    ]
    params["apiKey"] = apiKey.map { .string($0.revealed) }
    params["apiSecret"] = apiSecret.map { .string($0.revealed) }
    let answer = try await session.call("http", params)
    return (Int(answer["status"]?.integer ?? 0), answer["message"]?.string)
  }
}
