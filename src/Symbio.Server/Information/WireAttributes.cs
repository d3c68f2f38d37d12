using Symbio.Protocol.Fscc;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Information;

/// <summary>File attributes as they stand on the wire, [MS-FSCC] 2.6: "none" is written FILE_ATTRIBUTE_NORMAL.</summary>
internal static class WireAttributes
{
    public static FileAttributes ForFile(FileAttributes attributes) =>
        attributes == FileAttributes.None ? FileAttributes.Normal : attributes;
}
