namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2_CREATE_REQUEST_LEASE_V2, [MS-SMB2] 2.2.13.2.10, and SMB2_CREATE_RESPONSE_LEASE_V2, 2.2.14.2.11: one layout.
/// </summary>
/// <param name="ParentLeaseKey">
/// The lease of the directory that holds the file, if <see cref="LeaseFlags.ParentLeaseKeySet"/>.
/// </param>
/// <param name="Epoch">Counts the lease's state changes.</param>
public readonly record struct LeaseV2(
    Guid LeaseKey, LeaseState LeaseState, LeaseFlags Flags, Guid ParentLeaseKey, ushort Epoch)
    : ICreateContext<LeaseV2>
{
    /// <summary>Bytes of the data, by which it is told from <see cref="LeaseV1"/>.</summary>
    public const int Size = 52;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.RqLs;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out LeaseV2 context)
    {
        var reader = new WireReader(data);
        Guid key = reader.ReadGuid();
        var state = (LeaseState)reader.ReadUInt32();
        var flags = (LeaseFlags)reader.ReadUInt32();
        reader.Skip(8); // LeaseDuration
        context = new LeaseV2(key, state, flags, reader.ReadGuid(), reader.ReadUInt16());
        reader.Skip(2); // Reserved
        return reader.IsValid && data.Length == Size;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteGuid(LeaseKey);
        writer.WriteUInt32((uint)LeaseState);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt64(0);
        writer.WriteGuid(ParentLeaseKey);
        writer.WriteUInt16(Epoch);
        writer.WriteUInt16(0);
    }
}
