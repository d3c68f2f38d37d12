namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2_CREATE_REQUEST_LEASE, [MS-SMB2] 2.2.13.2.8, and SMB2_CREATE_RESPONSE_LEASE, 2.2.14.2.10: one layout.
/// </summary>
/// <param name="LeaseFlags">Of a response; a request's are reserved.</param>
public readonly record struct LeaseV1(Guid LeaseKey, LeaseState LeaseState, LeaseFlags LeaseFlags)
    : ICreateContext<LeaseV1>
{
    /// <summary>Bytes of the data, by which it is told from <see cref="LeaseV2"/>.</summary>
    public const int Size = 32;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.RqLs;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out LeaseV1 context)
    {
        var reader = new WireReader(data);
        context = new LeaseV1(
            reader.ReadGuid(), (LeaseState)reader.ReadUInt32(), (LeaseFlags)reader.ReadUInt32());
        reader.Skip(8); // LeaseDuration
        return reader.IsValid && data.Length == Size;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteGuid(LeaseKey);
        writer.WriteUInt32((uint)LeaseState);
        writer.WriteUInt32((uint)LeaseFlags);
        writer.WriteUInt64(0);
    }
}
