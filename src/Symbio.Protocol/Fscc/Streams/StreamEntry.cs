namespace Symbio.Protocol.Fscc;

/// <summary>One stream of a file, [MS-FSCC] 2.4.47.</summary>
/// <param name="Name">With its type: "::$DATA" is the main stream, ":name:$DATA" another.</param>
public readonly record struct StreamEntry(string Name, long Size, long AllocationSize);
