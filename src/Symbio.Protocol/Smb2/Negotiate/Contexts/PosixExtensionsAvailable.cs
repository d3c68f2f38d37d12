namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2_POSIX_EXTENSIONS_AVAILABLE, [POSIX-SMB2] 2.2.3.1.8 and 2.2.4.1.8: the versions of the SMB 3.1.1 POSIX extensions,
/// each named by 16 bytes. A client lists what it knows, a server answers with its choice.
/// </summary>
/// <param name="Versions">Whole names of 16 bytes.</param>
public readonly record struct PosixExtensionsAvailable(ReadOnlyMemory<byte> Versions)
    : INegotiateContext<PosixExtensionsAvailable>
{
    private const int VersionLength = 16;

    /// <summary>The one version that there is; the create context has the same name.</summary>
    public static PosixExtensionsAvailable Current { get; } = new(CreateContextName.Posix.ToArray());

    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.PosixExtensionsAvailable;

    /// <summary>The peer knows the version that this implementation knows.</summary>
    public bool HasCurrent
    {
        get
        {
            for (int i = 0; i + VersionLength <= Versions.Length; i += VersionLength)
            {
                if (Versions.Span.Slice(i, VersionLength).SequenceEqual(CreateContextName.Posix))
                    return true;
            }

            return false;
        }
    }

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out PosixExtensionsAvailable context)
    {
        context = new PosixExtensionsAvailable(data);
        return data.Length > 0 && data.Length % VersionLength == 0;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteBytes(Versions.Span);
}
