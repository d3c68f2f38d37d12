using Symbio.Security.KeyDerivation;

namespace Symbio.Server.Connections;

/// <summary>A preauthentication integrity hash that messages are added to, [MS-SMB2] 3.3.1.7 and 3.3.1.8.</summary>
internal sealed class PreauthIntegrity(PreauthIntegrityHash start = default)
{
    private PreauthIntegrityHash _hash = start;

    public ref readonly PreauthIntegrityHash Hash => ref _hash;

    public void Update(ReadOnlySpan<byte> message) => _hash.Update(message);
}
