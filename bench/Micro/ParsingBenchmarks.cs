using System.Text;
using BenchmarkDotNet.Attributes;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Bench.Micro;

/// <summary>Symbio.Protocol: messages taken apart and directory entries put together.</summary>
public class ParsingBenchmarks
{
    private const int Entries = 100;

    private readonly byte[] _read = Message(
        new ReadRequest(0, ReadFlags.None, 4096, 0, new FileId(1, 2), 0, Channel.None, 0, default));

    private readonly byte[] _create = Message(new CreateRequest(
        0, OplockLevel.None, ImpersonationLevel.Impersonation, 0, AccessMask.FileGenericRead, FileAttributes.None,
        ShareAccess.All, CreateDisposition.Open, CreateOptions.None, CreateRequest.BufferOffset,
        Encoding.Unicode.GetBytes(@"folder\another\document.txt"), default));

    private readonly byte[] _page = new byte[64 << 10];
    private readonly string[] _names = [.. Enumerable.Range(0, Entries).Select(i => $"document number {i:D4}.txt")];

    [Benchmark]
    public bool Header()
    {
        var reader = new WireReader(_read);
        return Smb2Header.TryRead(ref reader, out _);
    }

    [Benchmark]
    public bool ReadRequest() => Parse<ReadRequest>(_read);

    [Benchmark]
    public bool CreateRequestWithName() => Parse<CreateRequest>(_create);

    [Benchmark(OperationsPerInvoke = Entries)]
    public int DirectoryEntry()
    {
        var writer = new DirectoryEntryWriter(FileInformationClass.IdBothDirectory);
        var entry = new DirectoryEntry { EndOfFile = 1234, AllocationSize = 4096, FileAttributes = FileAttributes.Archive, FileId = 77 };
        foreach (string name in _names)
            writer.TryAppend(_page, entry, name, "DOCUME~1.TXT");
        return writer.Length;
    }

    private static bool Parse<T>(byte[] message)
        where T : struct, IRequest<T>
    {
        var reader = new WireReader(message, Smb2Header.Size);
        return T.TryRead(ref reader, out _);
    }

    private static byte[] Message<T>(T request)
        where T : struct, IRequest<T>
    {
        byte[] bytes = new byte[Smb2Header.Size + request.Length];
        var writer = new WireWriter(bytes);
        new Smb2Header(1, NtStatus.Success, T.Command, 1, Smb2HeaderFlags.None, 0, 1, 0, 1, 1).Write(ref writer);
        request.Write(ref writer);
        return bytes;
    }
}
