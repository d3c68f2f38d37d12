namespace Symbio.Protocol.Fscc;

/// <summary>CompressionFormat, [MS-FSCC] 2.4.9 and 2.3.18.</summary>
public enum CompressionFormat : ushort
{
    /// <summary>COMPRESSION_FORMAT_NONE</summary>
    None = 0,
    /// <summary>COMPRESSION_FORMAT_DEFAULT: only in FSCTL_SET_COMPRESSION.</summary>
    Default = 1,
    /// <summary>COMPRESSION_FORMAT_LZNT1</summary>
    Lznt1 = 2,
}
