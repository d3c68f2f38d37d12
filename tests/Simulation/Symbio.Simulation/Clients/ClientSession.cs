using Symbio.Security.Signing;

namespace Symbio.Simulation.Clients;

/// <summary>A session as its client sees it.</summary>
internal sealed class ClientSession(Client client, ulong sessionId)
{
    private readonly List<(ClientLine Line, MessageSigner? Signer)> _channels = [];

    public Client Client => client;

    public ulong SessionId => sessionId;

    /// <summary>Session.SigningKey: signs what binds other channels.</summary>
    public MessageSigner? Signer { get; set; }

    public bool MustSign { get; set; }

    /// <summary>Null where it was not negotiated.</summary>
    public SessionEncryption? Encryption { get; set; }

    /// <summary>All but what begins a session is encrypted.</summary>
    public bool Encrypts { get; set; }

    /// <summary>Counts the channels that were lost, [MS-SMB2] 3.2.4.1.8.</summary>
    public ushort ChannelSequence { get; set; }

    public uint PlainTree { get; set; }

    public uint AvailableTree { get; set; }

    public uint TreeOf(bool availableShare) => availableShare ? AvailableTree : PlainTree;

    /// <summary>Logged on, trees connected, and at least one channel.</summary>
    public bool IsReady => PlainTree != 0 && AvailableTree != 0 && !HasEnded && _channels.Count > 0;

    /// <summary>The client has ended it, or learned that it is gone.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The client has ended it, and with it all that was open in it.</summary>
    public bool HasLoggedOff { get; set; }

    /// <summary>A channel has ended: what was sent over it comes over another one only after a while.</summary>
    public bool HasDoubtfulChannel { get; set; }

    /// <summary>
    /// The client does not know whether it has changed names in a directory, and its own changes break no lease of its own.
    /// </summary>
    public bool HasDoubtfulNames { get; set; }

    public IEnumerable<ClientLine> Lines => _channels.Select(c => c.Line);

    public int Channels => _channels.Count;

    public void AddChannel(ClientLine line, MessageSigner? signer)
    {
        _channels.Add((line, signer));
        line.Sessions.Add(this);
    }

    /// <summary>True when it was the last.</summary>
    public bool RemoveChannel(ClientLine line)
    {
        _channels.RemoveAll(c => c.Line == line);
        return _channels.Count == 0;
    }

    public MessageSigner? SignerOver(ClientLine line)
    {
        foreach ((ClientLine channel, MessageSigner? signer) in _channels)
        {
            if (channel == line)
                return signer;
        }

        return null;
    }

    public ClientLine PickLine(Chance chance) => _channels[chance.Below(_channels.Count)].Line;
}
