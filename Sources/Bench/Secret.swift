// A password or a key: it prints as ‹redacted›, and its text must be asked for by name.

/// A value that no log, error or debug description shows.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The text itself: for a message to the agent or a reply to the caller, and nothing else.
  public let revealed: String

  public init(_ text: String) { revealed = text }

  public var description: String { "‹redacted›" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
