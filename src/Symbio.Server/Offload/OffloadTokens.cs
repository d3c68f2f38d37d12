using System.Diagnostics.CodeAnalysis;
using Symbio.Protocol.Fscc;
using Symbio.Security;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;
using Symbio.Storage;

namespace Symbio.Server.Offload;

/// <summary>
/// The tokens of offloaded reads that may still be used, [MS-FSCC] 2.1.11. A token is random and says nothing; what it
/// stands for is kept here, for a while and within bounds: who has too many loses the oldest, which the protocol allows at
/// any time.
/// </summary>
internal sealed class OffloadTokens(TimeProvider time, RandomNumberSource random)
{
    public const int MaxPerSession = 64;
    public const int MaxTokens = 4096;

    private static readonly TimeSpan s_defaultLife = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestLife = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<OffloadToken, LinkedListNode<OffloadedData>> _byToken = [];
    private readonly Dictionary<FileKey, List<OffloadedData>> _byFile = [];
    private readonly LinkedList<OffloadedData> _byAge = [];
    private volatile int _count;

    public int Count => _count;

    /// <summary>Makes a token; its data's <see cref="OffloadedData.Stamp"/> is to be set then.</summary>
    /// <param name="milliseconds">How long the client wants it to last; 0 leaves that to the server.</param>
    public OffloadedData Add(Session session, Open source, ulong offset, ulong length, uint milliseconds)
    {
        TimeSpan life = milliseconds == 0 ? s_defaultLife : TimeSpan.FromMilliseconds(milliseconds);
        DateTimeOffset now = time.GetUtcNow();
        var data = new OffloadedData(
            OffloadToken.Create(random.Invoke), session, source, offset, length, now + (life < s_longestLife ? life : s_longestLife));
        lock (_gate)
        {
            while (_byAge.First is { } oldest && (oldest.Value.Expires <= now || _byAge.Count >= MaxTokens))
                Remove(oldest);
            RemoveExcess(session);
            _byToken.Add(data.Token, _byAge.AddLast(data));
            FileKey key = source.File.Key;
            if (!_byFile.TryGetValue(key, out List<OffloadedData>? list))
                _byFile.Add(key, list = []);
            list.Add(data);
            _count = _byAge.Count;
        }

        return data;
    }

    /// <summary>What a token stands for, if it is this session's and still good.</summary>
    public bool TryGet(OffloadToken token, Session session, [NotNullWhen(true)] out OffloadedData? data)
    {
        lock (_gate)
        {
            data = _byToken.TryGetValue(token, out LinkedListNode<OffloadedData>? node) ? node.Value : null;
            if (data is not null && data.Session == session && data.Expires > time.GetUtcNow() && !data.HasChanged)
                return true;
        }

        data = null;
        return false;
    }

    /// <summary>The file's data has changed: its tokens are good for nothing any more. No cost while there is no token.</summary>
    public void OnChange(FileKey key)
    {
        if (_count > 0)
            RemoveOf(key, by: null);
    }

    /// <summary>The open ends, and the tokens that were made through it.</summary>
    public void OnClose(Open open)
    {
        if (_count > 0 && open.StoreFile is { } file)
            RemoveOf(file.Key, open);
    }

    private void RemoveOf(FileKey key, Open? by)
    {
        lock (_gate)
        {
            if (!_byFile.TryGetValue(key, out List<OffloadedData>? list))
                return;
            foreach (OffloadedData data in list.ToArray())
            {
                if (by is null)
                    data.Change();
                if (by is null || data.Source == by)
                    Remove(_byToken[data.Token]);
            }
        }
    }

    // The tokens of a session are looked for only when there are so many that it may have its share.
    private void RemoveExcess(Session session)
    {
        if (_byAge.Count < MaxPerSession || _byAge.Count(d => d.Session == session) < MaxPerSession)
            return;
        LinkedListNode<OffloadedData>? node = _byAge.First;
        while (node!.Value.Session != session)
            node = node.Next;
        Remove(node);
    }

    private void Remove(LinkedListNode<OffloadedData> node)
    {
        OffloadedData data = node.Value;
        _byAge.Remove(node);
        _byToken.Remove(data.Token);
        FileKey key = data.Source.File.Key;
        List<OffloadedData> list = _byFile[key];
        list.Remove(data);
        if (list.Count == 0)
            _byFile.Remove(key);
        _count = _byAge.Count;
    }
}
