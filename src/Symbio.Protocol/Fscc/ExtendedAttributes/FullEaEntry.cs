namespace Symbio.Protocol.Fscc;

/// <summary>One extended attribute, [MS-FSCC] 2.4.15.</summary>
/// <param name="IsCritical">FILE_NEED_EA: whoever does not understand it must not open the file.</param>
/// <param name="Name">1 to 255 ASCII characters.</param>
/// <param name="Value">Empty in a set: the attribute is removed.</param>
public readonly record struct FullEaEntry(bool IsCritical, string Name, ReadOnlyMemory<byte> Value);
