namespace Symbio.Protocol.Fscc;

/// <summary>Input of FSCTL_SET_COMPRESSION and output of FSCTL_GET_COMPRESSION, [MS-FSCC] 2.3.</summary>
public readonly record struct CompressionState(CompressionFormat CompressionFormat) : IInformation<CompressionState>
{
    public static int MinimumLength => 2;

    public int Length => 2;

    public static bool TryRead(ref WireReader reader, out CompressionState information)
    {
        var compressionFormat = (CompressionFormat)reader.ReadUInt16();
        information = new CompressionState(compressionFormat);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)CompressionFormat);
    }
}
