namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_APP_INSTANCE_VERSION, [MS-SMB2] 2.2.13.2.15.</summary>
public readonly record struct AppInstanceVersion(ulong High, ulong Low) : ICreateContext<AppInstanceVersion>
{
    private const ushort StructureSize = 24;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.AppInstanceVersion;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out AppInstanceVersion context)
    {
        var reader = new WireReader(data);
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(6); // Reserved, Padding
        context = new AppInstanceVersion(reader.ReadUInt64(), reader.ReadUInt64());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteZeros(6);
        writer.WriteUInt64(High);
        writer.WriteUInt64(Low);
    }
}
