using Symbio.Protocol.Fscc;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_POSIX_EXTENSIONS response, [POSIX-SMB2] 2.2.14.2.16.</summary>
public readonly record struct PosixCreateResponse(PosixProperties Properties) : ICreateContext<PosixCreateResponse>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.Posix;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out PosixCreateResponse context)
    {
        var reader = new WireReader(data);
        context = new PosixCreateResponse(PosixProperties.Read(ref reader));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => Properties.Write(ref writer);
}
