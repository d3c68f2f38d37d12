using Symbio.Protocol.Smb2;

namespace Symbio.Cli.Bench;

/// <summary>What protects the messages.</summary>
internal enum BenchProtection
{
    Plain,
    Signed,
    Encrypted,
}

/// <summary>What `symbio bench` was asked for.</summary>
internal sealed record BenchSettings
{
    public required string Workload { get; init; }

    public required string Server { get; init; }

    public required int Port { get; init; }

    public required string Share { get; init; }

    public required SmbUser User { get; init; }

    public BenchProtection Protection { get; init; } = BenchProtection.Plain;

    public Dialect Dialect { get; init; } = Dialect.Smb311;

    public SigningAlgorithm Signing { get; init; } = SigningAlgorithm.AesGmac;

    public EncryptionAlgorithm Cipher { get; init; } = EncryptionAlgorithm.Aes128Gcm;

    /// <summary>Sessions, each with a connection of its own.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Connections of each session.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Operations under way in each session.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Bytes of one read or write.</summary>
    public int Size { get; init; } = 1 << 20;

    /// <summary>Bytes of the file that is read or written.</summary>
    public long FileSize { get; init; } = 256L << 20;

    /// <summary>Files in the folder, for the workloads that are about many.</summary>
    public int Entries { get; init; } = 1000;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Operations to carry out in all, instead of a duration; 0: no such number.</summary>
    public long Operations { get; init; }

    /// <summary>Operations to begin in a second, whether or not those before have ended; 0: one after the other.</summary>
    public double Rate { get; init; }

    /// <summary>The folder on the share that the benchmark works in.</summary>
    public string Folder { get; init; } = "symbio-bench";

    /// <summary>Leave the folder as it is at the end, and use what is there at the beginning.</summary>
    public bool Keep { get; init; }

    /// <summary>The server's process, when it runs on this machine: its CPU time and memory are measured as well.</summary>
    public int ServerProcess { get; init; }

    public bool Progress { get; init; } = true;
}

/// <summary>Whom to log on as.</summary>
internal sealed record SmbUser(string Name, string Password);
