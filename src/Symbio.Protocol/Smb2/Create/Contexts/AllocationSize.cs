namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_ALLOCATION_SIZE, [MS-SMB2] 2.2.13.2.6.</summary>
/// <param name="Size">The file's initial allocation, in bytes.</param>
public readonly record struct AllocationSize(ulong Size) : ICreateContext<AllocationSize>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.AlSi;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out AllocationSize context)
    {
        var reader = new WireReader(data);
        context = new AllocationSize(reader.ReadUInt64());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteUInt64(Size);
}
