using Symbio.Protocol.Smb2;
using Symbio.Server;

namespace Symbio.Simulation;

/// <summary>
/// What a seed is about. Every seed has some kinds of events more and others not at all: what only happens when nothing
/// else is in the way is found as well as what only happens in a crowd.
/// </summary>
internal sealed class Plan
{
    public Plan(ulong seed, Chance chance)
    {
        Clients = chance.Between(1, 4);
        Names = chance.Between(1, 4);
        ConnectionsPerClient = chance.Between(1, 3);
        OpensPerClient = chance.Between(1, 8);
        StoreDelay = chance.Of(0, 0, 10, 30, 60);
        Signs = chance.Percent(40);
        MaxCredits = chance.Of(4, 16, 512);
        SlowLines = chance.Percent(15);
        Crashes = chance.Percent(20);
        Acknowledges = chance.Of(100, 100, 90, 50, 0);
        Faults = chance.Of(0, 10, 30, 30, 60);
        Clock = chance.Of(1, 5, 20);
        for (int i = 0; i < Weights.Length; i++)
            Weights[i] = chance.Percent(20) ? 0 : chance.Of(1, 3, 10, 10, 30);
        Weights[(int)ClientAction.Write] *= 2;
        Weights[(int)ClientAction.Read] *= 2;
        StartsLoggedOn = chance.Percent(85);
        ServerSpeed = chance.Of(30, 100, 300);
        NetworkSpeed = chance.Of(30, 100, 300);

        // What was added later is drawn apart: a seed that has none of it is the story that it always was.
        var later = new Chance(~seed);
        DirectoryLeases = later.Percent(40);
        if (DirectoryLeases)
            Names += 3; // So that there are new ones for a while.
        SharedLines = later.Percent(30);
        Encryption = later.Of(EncryptionMode.Off, EncryptionMode.Off, EncryptionMode.Off, EncryptionMode.Offered, EncryptionMode.Required);
        Streams = later.Percent(30);
        TearsFrames = later.Percent(30);
        SlowHandles = later.Percent(60);
    }

    public int Clients { get; }

    /// <summary>Different names of files.</summary>
    public int Names { get; }

    public int ConnectionsPerClient { get; }

    public int OpensPerClient { get; }

    /// <summary>How many of a hundred store operations take time.</summary>
    public int StoreDelay { get; }

    public bool Signs { get; }

    public int MaxCredits { get; }

    public bool SlowLines { get; }

    /// <summary>Clients have sessions when the story begins; else it begins with all of them logging on.</summary>
    public bool StartsLoggedOn { get; }

    public bool Crashes { get; }

    /// <summary>How many of a hundred breaks are ever acknowledged.</summary>
    public int Acknowledges { get; }

    /// <summary>How often lines break; in a thousand client actions.</summary>
    public int Faults { get; }

    /// <summary>How often the clock jumps; in a thousand steps.</summary>
    public int Clock { get; }

    public int ServerSpeed { get; }

    public int NetworkSpeed { get; }

    /// <summary>The server grants leases on directories, and clients ask for them.</summary>
    public bool DirectoryLeases { get; }

    /// <summary>Every other client is one that uses the lines of the one before as well: several users of one machine.</summary>
    public bool SharedLines { get; }

    /// <summary>Some names are those of alternate streams.</summary>
    public bool Streams { get; }

    /// <summary>Where it is offered most clients that can encrypt do.</summary>
    public EncryptionMode Encryption { get; }

    /// <summary>Lines break in the middle of what the server sends.</summary>
    public bool TearsFrames { get; }

    /// <summary>Records of persistent handles take time to reach the disk, as store operations do.</summary>
    public bool SlowHandles { get; }

    /// <summary>How often clients do what; by <see cref="ClientAction"/>.</summary>
    public int[] Weights { get; } = new int[Enum.GetValues<ClientAction>().Length];

    public static Dialect DialectOf(Chance chance) => chance.Of(
        Dialect.Smb311, Dialect.Smb311, Dialect.Smb311, Dialect.Smb311, Dialect.Smb302, Dialect.Smb300, Dialect.Smb210,
        Dialect.Smb202);
}

/// <summary>What a client may do of its own will.</summary>
internal enum ClientAction
{
    Create,
    CreateCached,
    CreateDurable,
    Write,
    Read,
    Close,
    Flush,
    Lock,
    Unlock,
    Rename,
    Delete,
    Truncate,
    Notify,
    Cancel,
    Echo,
    List,
    Query,
    Compound,
    Bind,
    Logoff,
    TreeDisconnect,
    LeaveLine,
    ResetLine,
    CutLine,
    Reconnect,
    Replay,
    Resilience,
}
