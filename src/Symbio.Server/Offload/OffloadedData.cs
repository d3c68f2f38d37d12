using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;
using Symbio.Storage;

namespace Symbio.Server.Offload;

/// <summary>
/// What a token stands for: the data of a range of a file as it was when FSCTL_OFFLOAD_READ asked. Nothing is copied or
/// kept: the token is good as long as the open is, and as long as the file has not changed.
/// </summary>
/// <param name="session">Whose token it is; nobody else can use it.</param>
/// <param name="source">What is read from later, with the rights and locks that it then has.</param>
internal sealed class OffloadedData(
    OffloadToken token, Session session, Open source, ulong offset, ulong length, DateTimeOffset expires)
{
    private volatile bool _hasChanged;

    public OffloadToken Token => token;

    public Session Session => session;

    public Open Source => source;

    public ulong Offset => offset;

    public ulong Length => length;

    public DateTimeOffset Expires => expires;

    /// <summary>
    /// The file as it was, for changes that do not go through this server. (Those that do need not show in its times.)
    /// </summary>
    public FileStat Stamp { get; set; }

    /// <summary>Somebody has written to the file through this server.</summary>
    public bool HasChanged => _hasChanged;

    public void Change() => _hasChanged = true;

    /// <summary>The data is still what it was.</summary>
    public bool IsCurrent(in FileStat stat) =>
        !_hasChanged && stat.EndOfFile == Stamp.EndOfFile && stat.LastWriteTime == Stamp.LastWriteTime
        && stat.ChangeTime == Stamp.ChangeTime;
}
