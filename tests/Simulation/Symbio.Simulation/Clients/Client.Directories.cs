using System.Buffers.Binary;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Simulation.Clients;

/// <content>What a client knows of the names in a directory, and may keep because of a lease on it.</content>
internal sealed partial class Client
{
    private int _changingNames; // Requests under way that may change names.
    private long _changedNames;

    /// <summary>
    /// A request that may change names in the directory: what the client keeps of them it knows to be stale itself, for
    /// where it says that it has a lease on the directory ([MS-SMB2] 2.2.13.2.10, ParentLeaseKey) it is not told.
    /// </summary>
    /// <param name="undo">The request was not sent.</param>
    private Action<Reply?> ChangingNames(ClientSession session, Action<Reply?> onReply, out Action undo)
    {
        _changingNames++;
        ForgetNames();
        undo = () => _changingNames--;
        return reply =>
        {
            _changingNames--;
            session.HasDoubtfulNames |= reply is null;
            ForgetNames();
            onReply(reply);
        };
    }

    private void ForgetNames()
    {
        _changedNames++;
        foreach (ClientOpen open in _opens)
            open.Listing = null;
    }

    private void SetName<T>(ClientOpen open, T information)
        where T : struct, IFileInformation<T>
    {
        if (SetInfo(open, information, ChangingNames(open.Session, Ignore, out Action undo)) is null)
            undo();
    }

    private void List(ClientOpen open)
    {
        QueryDirectoryFlags flags = MayCache(open) && Chance.Percent(60)
            ? QueryDirectoryFlags.Reopen
            : Chance.Of(QueryDirectoryFlags.None, QueryDirectoryFlags.Reopen);
        int? changes = open.Lease?.Changes;
        long changed = _changedNames;
        bool keeps = MayCache(open) && _changingNames == 0 && flags == QueryDirectoryFlags.Reopen;
        Ask(
            open,
            new QueryDirectoryRequest(
                (byte)FileInformationClass.Directory, flags, 0, open.FileId, 4096, Encoding.Unicode.GetBytes("*")),
            reply =>
            {
                if (keeps && reply is { Status: NtStatus.Success } answer && MayCache(open) && open.Lease?.Changes == changes
                    && _changedNames == changed && !open.Session.HasDoubtfulNames)
                {
                    open.Listing = NamesIn(answer.As<QueryDirectoryResponse>().Buffer.Span);
                }
            });
    }

    // FileDirectoryInformation, [MS-FSCC] 2.4.10.
    private static SortedSet<string> NamesIn(ReadOnlySpan<byte> entries)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        while (true)
        {
            int next = BinaryPrimitives.ReadInt32LittleEndian(entries);
            int length = BinaryPrimitives.ReadInt32LittleEndian(entries[60..]);
            string name = Encoding.Unicode.GetString(entries.Slice(64, length));
            if (name is not ("." or ".."))
                names.Add(name);
            if (next == 0)
                return names;
            entries = entries[next..];
        }
    }
}
