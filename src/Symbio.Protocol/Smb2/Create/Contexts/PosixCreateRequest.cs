namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_POSIX_EXTENSIONS request, [POSIX-SMB2] 2.2.13.2.16: the open has POSIX semantics.</summary>
/// <param name="Mode">Permission bits of a file that is created; Linux sends all ones where it creates nothing.</param>
public readonly record struct PosixCreateRequest(uint Mode) : ICreateContext<PosixCreateRequest>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.Posix;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out PosixCreateRequest context)
    {
        var reader = new WireReader(data);
        context = new PosixCreateRequest(reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteUInt32(Mode);
}
