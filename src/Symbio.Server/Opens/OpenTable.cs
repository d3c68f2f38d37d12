using System.Collections.Concurrent;
using Symbio.Security;
using Symbio.Protocol.Smb2;

namespace Symbio.Server.Opens;

/// <summary>GlobalOpenTable, [MS-SMB2] 3.3.1.5, by persistent id.</summary>
internal sealed class OpenTable(RandomNumberSource random)
{
    private readonly ConcurrentDictionary<ulong, Open> _opens = new();

    // Ids start at a random place, so that those of an earlier life of the server are not taken for ours.
    private ulong _last = (ulong)((random.NextUInt32() >> 1) | 1) << 20;

    // Not by Values, which stops everybody and makes a copy.
    public IEnumerable<Open> All => _opens.Select(static pair => pair.Value);

    public int Count => _opens.Count;

    public FileId NewFileId()
    {
        ulong id = Interlocked.Increment(ref _last);
        return new FileId(id, id ^ 0x5359_0000_0000_0000);
    }

    public void Add(Open open) => _opens[open.FileId.Persistent] = open;

    public void Remove(Open open) => _opens.TryRemove(new(open.FileId.Persistent, open));

    public bool TryGet(ulong persistentId, out Open open) => _opens.TryGetValue(persistentId, out open!);
}
