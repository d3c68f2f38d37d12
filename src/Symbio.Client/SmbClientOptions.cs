using Symbio.Protocol.Smb2;
using Symbio.Security;
using Symbio.Transport;

namespace Symbio.Client;

/// <summary>
/// What a client offers and demands. The defaults are the secure ones. Connections that are to carry one session share
/// one instance, and with it the <see cref="ClientGuid"/>.
/// </summary>
public sealed record SmbClientOptions
{
    /// <summary>Oldest dialect to offer.</summary>
    public Dialect MinDialect { get; init; } = Dialect.Smb202;

    /// <summary>Newest dialect to offer.</summary>
    public Dialect MaxDialect { get; init; } = Dialect.Smb311;

    /// <summary>RequireMessageSigning, [MS-SMB2] 3.2.1.1. Without it messages are signed when the server demands it.</summary>
    public bool RequireSigning { get; init; } = true;

    /// <summary>Everything is encrypted. Without it what the server wants encrypted is.</summary>
    public bool RequireEncryption { get; init; }

    /// <summary>Ciphers of 3.1.1, best first; none: no encryption there.</summary>
    public IReadOnlyList<EncryptionAlgorithm> Ciphers { get; init; } =
        [EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes256Gcm, EncryptionAlgorithm.Aes128Ccm, EncryptionAlgorithm.Aes256Ccm];

    /// <summary>Signing algorithms of 3.1.1, best first; none: AES-CMAC, unnegotiated.</summary>
    public IReadOnlyList<SigningAlgorithm> SigningAlgorithms { get; init; } =
        [SigningAlgorithm.AesGmac, SigningAlgorithm.AesCmac, SigningAlgorithm.HmacSha256];

    /// <summary>A server may make a guest of us. A guest's messages are neither signed nor encrypted.</summary>
    public bool AllowGuest { get; init; }

    /// <summary>Who this client is to the server, [MS-SMB2] 3.2.1.1.</summary>
    public Guid ClientGuid { get; init; } = Guid.NewGuid();

    /// <summary>The name that the client gives itself in NTLM.</summary>
    public string Workstation { get; init; } = Environment.MachineName;

    /// <summary>Credits to have at hand: each pays for 64 KiB of a request or its response.</summary>
    public int CreditTarget { get; init; } = 512;

    /// <summary>Requests that may wait for credits; one more is refused.</summary>
    public int MaxWaitingRequests { get; init; } = 4096;

    /// <summary>Bytes of a READ, WRITE or query at most, whatever more the server allows.</summary>
    public int MaxTransferSize { get; init; } = 8 << 20;

    /// <summary>
    /// A server that owes answers and is silent for so long is taken for dead. One that owes only what may take any time (a
    /// lock that waits) is asked by an ECHO then.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What waits for a response goes on inside the receive loop, without a change of thread. Fast, and only for callers
    /// that never block: while one does, nothing is received.
    /// </summary>
    public bool InlineContinuations { get; init; }

    /// <summary>Where buffers come from.</summary>
    public FramePool FramePool { get; init; } = FramePool.Shared;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public RandomNumberSource Random { get; init; } = RandomNumbers.Secure;

    /// <summary>The SecurityMode that the client states.</summary>
    internal SecurityMode SecurityMode =>
        RequireSigning ? SecurityMode.SigningEnabled | SecurityMode.SigningRequired : SecurityMode.SigningEnabled;

    /// <summary>What is offered, oldest first.</summary>
    internal Dialect[] Dialects
    {
        get
        {
            ReadOnlySpan<Dialect> all = [Dialect.Smb202, Dialect.Smb210, Dialect.Smb300, Dialect.Smb302, Dialect.Smb311];
            var offered = new List<Dialect>(all.Length);
            foreach (Dialect dialect in all)
            {
                if (dialect >= MinDialect && dialect <= MaxDialect)
                    offered.Add(dialect);
            }

            return offered.Count > 0 ? [.. offered] : throw new InvalidOperationException("The options leave no dialect to offer.");
        }
    }

    /// <summary>Capabilities that NEGOTIATE states; they mean something from 3.0 on.</summary>
    internal Capabilities Capabilities => MaxDialect >= Dialect.Smb300
        ? Capabilities.GlobalCapLargeMtu | Capabilities.GlobalCapMultiChannel | Capabilities.GlobalCapEncryption
        : Capabilities.None;
}
