// The entry point.

@main
struct Tenantd {
  static func main() {}
}
