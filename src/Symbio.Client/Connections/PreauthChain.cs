using Symbio.Security.KeyDerivation;

namespace Symbio.Client.Connections;

/// <summary>A <see cref="PreauthIntegrityHash"/> that the messages of one exchange are added to as they pass.</summary>
internal sealed class PreauthChain
{
    private PreauthIntegrityHash _hash;

    public PreauthChain()
    {
    }

    private PreauthChain(in PreauthIntegrityHash hash) => _hash = hash;

    public ref readonly PreauthIntegrityHash Hash => ref _hash;

    public void Add(ReadOnlySpan<byte> message) => _hash.Update(message);

    /// <summary>The beginning of a session's chain: the connection's, as it is now.</summary>
    public PreauthChain Fork() => new(_hash);
}
