using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>What makes a node a reparse point. Nothing here follows one: that is the client's business.</summary>
internal sealed partial class MemoryNode
{
    private ReparseDataBuffer? _reparse;

    /// <summary>Null: an ordinary file or directory. Needs no gate.</summary>
    public ReparseDataBuffer? Reparse
    {
        get
        {
            lock (_gate)
                return _reparse;
        }
    }

    public NtStatus SetReparse(ReparseDataBuffer data, FileTime now)
    {
        if (data.Tag == ReparseTag.SymbolicLink && !IsLink(data))
            return NtStatus.IoReparseDataInvalid;
        if (Directory is { } directory)
        {
            lock (directory.Gate)
            {
                if (directory.Count > 0 && !data.Tag.AllowsChildren)
                    return NtStatus.DirectoryNotEmpty;
                Put(data with { Data = data.Data.ToArray() }, now);
            }

            return NtStatus.Success;
        }

        Put(data with { Data = data.Data.ToArray() }, now);
        return NtStatus.Success;
    }

    public NtStatus DeleteReparse(FileTime now)
    {
        if (Reparse is null)
            return NtStatus.NotAReparsePoint;
        Put(null, now);
        return NtStatus.Success;
    }

    private static bool IsLink(in ReparseDataBuffer data)
    {
        var reader = new WireReader(data.Data);
        return SymbolicLinkReparseData.TryRead(ref reader, out var link) && link.SubstituteName.Length > 0;
    }

    private void Put(ReparseDataBuffer? data, FileTime now)
    {
        lock (_gate)
        {
            _reparse = data;
            _changeTime = now;
        }
    }
}
