namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_LOCK_ELEMENT, [MS-SMB2] 2.2.26.1.</summary>
/// <param name="Offset">First byte of the range.</param>
/// <param name="Length">Bytes of the range.</param>
public readonly record struct LockElement(ulong Offset, ulong Length, LockFlags Flags)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 24;

    /// <summary>Reads one element.</summary>
    public static LockElement Read(ref WireReader reader)
    {
        var element = new LockElement(reader.ReadUInt64(), reader.ReadUInt64(), (LockFlags)reader.ReadUInt32());
        reader.Skip(4); // Reserved
        return element;
    }

    /// <summary>Writes one element.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(Offset);
        writer.WriteUInt64(Length);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt32(0);
    }

    internal static byte[] ToBytes(ReadOnlySpan<LockElement> locks)
    {
        byte[] bytes = new byte[locks.Length * Size];
        var writer = new WireWriter(bytes);
        foreach (LockElement element in locks)
            element.Write(ref writer);
        return bytes;
    }
}

/// <summary>The Flags field of a lock element, [MS-SMB2] 2.2.26.1.</summary>
[Flags]
public enum LockFlags : uint
{
    None = 0,
    /// <summary>SMB2_LOCKFLAG_SHARED_LOCK</summary>
    SharedLock = 0x00000001,
    /// <summary>SMB2_LOCKFLAG_EXCLUSIVE_LOCK</summary>
    ExclusiveLock = 0x00000002,
    /// <summary>SMB2_LOCKFLAG_UNLOCK</summary>
    Unlock = 0x00000004,
    /// <summary>SMB2_LOCKFLAG_FAIL_IMMEDIATELY</summary>
    FailImmediately = 0x00000010,
}
