namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_APP_INSTANCE_ID, [MS-SMB2] 2.2.13.2.13.</summary>
public readonly record struct AppInstanceId(Guid Id) : ICreateContext<AppInstanceId>
{
    private const ushort StructureSize = 20;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.AppInstanceId;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out AppInstanceId context)
    {
        var reader = new WireReader(data);
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(2); // Reserved
        context = new AppInstanceId(reader.ReadGuid());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(0);
        writer.WriteGuid(Id);
    }
}
