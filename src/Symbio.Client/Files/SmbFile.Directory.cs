using System.Runtime.CompilerServices;
using System.Text;
using Symbio.Client.Connections;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Client;

public sealed partial class SmbFile
{
    /// <summary>Lists a directory, "." and ".." included, if the server tells of them.</summary>
    /// <param name="pattern">With the wildcards of [MS-FSCC] 2.1.4.</param>
    public async IAsyncEnumerable<SmbDirectoryEntry> ListAsync(
        string pattern = "*", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        bool restart = true;
        while (true)
        {
            using SmbDirectoryPage page = await ReadDirectoryAsync(
                FileInformationClass.IdBothDirectory, pattern, restart, cancellationToken).ConfigureAwait(false);
            if (page.IsEnd)
                yield break;
            restart = false;
            foreach (SmbDirectoryEntry entry in page.ToEntries())
                yield return entry;
        }
    }

    /// <summary>One exchange of a listing: as many entries as fit, in the buffer they were received in.</summary>
    /// <param name="informationClass">A directory information class, [MS-FSCC] 2.4.</param>
    /// <param name="restart">From the beginning, rather than from where the last page ended.</param>
    public async ValueTask<SmbDirectoryPage> ReadDirectoryAsync(
        FileInformationClass informationClass, string pattern, bool restart, CancellationToken cancellationToken = default)
    {
        int size = Math.Min(Connection.MaxTransactSize, MaxDirectoryPage);
        var request = new QueryDirectoryRequest(
            (byte)informationClass, restart ? QueryDirectoryFlags.RestartScans : QueryDirectoryFlags.None, 0, FileId,
            (uint)size, Encoding.Unicode.GetBytes(pattern));
        Reply reply = await _tree.SendAsync(request, size, cancellationToken).ConfigureAwait(false);
        try
        {
            if (reply.Status is NtStatus.NoMoreFiles or NtStatus.NoSuchFile)
                return new SmbDirectoryPage(reply, informationClass, default);
            reply.ThrowIfFailed(Path);
            ReadOnlyMemory<byte> entries = reply.Read<QueryDirectoryResponse>().Buffer;
            if (entries.IsEmpty)
                throw reply.Connection.Fail("it sent a part of a listing without an entry");
            return new SmbDirectoryPage(reply, informationClass, entries);
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    // As the Linux and Windows clients ask for.
    private const int MaxDirectoryPage = 1 << 20;
}
