using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_TIMEWARP_TOKEN, [MS-SMB2] 2.2.13.2.7.</summary>
/// <param name="Timestamp">The snapshot's creation time.</param>
public readonly record struct TimewarpToken(FileTime Timestamp) : ICreateContext<TimewarpToken>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.TWrp;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out TimewarpToken context)
    {
        var reader = new WireReader(data);
        context = new TimewarpToken(new FileTime(reader.ReadInt64()));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteInt64(Timestamp.Ticks);
}
