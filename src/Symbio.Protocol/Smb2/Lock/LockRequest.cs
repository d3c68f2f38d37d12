namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 LOCK Request, [MS-SMB2] 2.2.26.</summary>
/// <param name="LockSequence">LockSequenceNumber in the low 4 bits, LockSequenceIndex in the other 28.</param>
/// <param name="LockBytes">The Locks array, 24 bytes each. An empty one is for the server to refuse.</param>
public readonly record struct LockRequest(uint LockSequence, FileId FileId, ReadOnlyMemory<byte> LockBytes)
    : IRequest<LockRequest>
{
    /// <summary>24 fixed bytes and the first lock.</summary>
    public const ushort StructureSize = 48;

    private const int FixedSize = 24;

    /// <summary>A request with locks of its own memory.</summary>
    public LockRequest(byte lockSequenceNumber, uint lockSequenceIndex, FileId fileId,
        params ReadOnlySpan<LockElement> locks)
        : this((lockSequenceIndex << 4) | (lockSequenceNumber & 0xFu), fileId, LockElement.ToBytes(locks))
    {
    }

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Lock;

    /// <summary>Tells a replayed request from a new one: 4 bits.</summary>
    public byte LockSequenceNumber => (byte)(LockSequence & 0xF);

    /// <summary>1 to 64 for an entry of Open.LockSequenceArray; 0 for none.</summary>
    public uint LockSequenceIndex => LockSequence >> 4;

    /// <summary>LockCount</summary>
    public int LockCount => LockBytes.Length / LockElement.Size;

    int IMessage<LockRequest>.Length => FixedSize + LockBytes.Length;

    /// <summary>The lock at <paramref name="index"/>, which is below <see cref="LockCount"/>.</summary>
    public LockElement this[int index]
    {
        get
        {
            var reader = new WireReader(LockBytes, index * LockElement.Size);
            return LockElement.Read(ref reader);
        }
    }

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out LockRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        int count = reader.ReadUInt16();
        message = new LockRequest(
            reader.ReadUInt32(), FileId.Read(ref reader), reader.ReadBytes(count * LockElement.Size));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)LockCount);
        writer.WriteUInt32(LockSequence);
        FileId.Write(ref writer);
        writer.WriteBytes(LockBytes.Span);
    }
}
