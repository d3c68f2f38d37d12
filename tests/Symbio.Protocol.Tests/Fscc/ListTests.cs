using System.Buffers.Binary;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Protocol.Tests.Fscc;

public sealed class ListTests
{
    private static readonly DirectoryEntry s_entry = new()
    {
        FileIndex = 1,
        CreationTime = new(2),
        LastAccessTime = new(3),
        LastWriteTime = new(4),
        ChangeTime = new(5),
        EndOfFile = 6,
        AllocationSize = 7,
        FileAttributes = FileAttributes.Archive,
        EaSize = 8,
        ReparseTag = ReparseTag.Nfs,
        FileId = 9,
        FileId128 = new UInt128(10, 11),
        DeviceId = 12,
        Posix = new PosixProperties(13, ReparseTag.Nfs, 14, new Sid(1), new Sid(2)),
    };

    public static TheoryData<FileInformationClass, int> Classes => new()
    {
        { FileInformationClass.Directory, 64 },
        { FileInformationClass.FullDirectory, 68 },
        { FileInformationClass.BothDirectory, 94 },
        { FileInformationClass.Names, 12 },
        { FileInformationClass.IdFullDirectory, 80 },
        { FileInformationClass.IdBothDirectory, 104 },
        { FileInformationClass.IdExtdDirectory, 88 },
        { FileInformationClass.IdExtdBothDirectory, 114 },
        { FileInformationClass.Id64ExtdDirectory, 80 },
        { FileInformationClass.Id64ExtdBothDirectory, 106 },
        { FileInformationClass.IdAllExtdDirectory, 96 },
        { FileInformationClass.IdAllExtdBothDirectory, 122 },
        { FileInformationClass.Posix, 108 }, // With the shortest SIDs there are.
    };

    [Fact]
    public void Id_both_directory_bytes()
    {
        byte[] buffer = new byte[200];
        var writer = new DirectoryEntryWriter(FileInformationClass.IdBothDirectory);

        Assert.True(writer.TryAppend(buffer, s_entry, "ab", "C"));

        Assert.Equal(
            "00000000" + "01000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" +
            "0500000000000000" + "0600000000000000" + "0700000000000000" + "20000000" + "04000000" + "08000000" +
            "02" + "00" + "4300" + new string('0', 44) + "0000" + "0900000000000000" + "61006200",
            Convert.ToHexString(buffer.AsSpan(0, writer.Length)));
    }

    [Fact]
    public void Posix_bytes()
    {
        byte[] buffer = new byte[200];
        var writer = new DirectoryEntryWriter(FileInformationClass.Posix);
        DirectoryEntry entry = s_entry with
        {
            Posix = new PosixProperties(13, ReparseTag.None, 0x1ED, Sid.UnixUser(14), Sid.UnixGroup(15)),
        };

        Assert.True(writer.TryAppend(buffer, entry, "ab"));

        Assert.Equal(
            "00000000" + "01000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" +
            "0500000000000000" + "0600000000000000" + "0700000000000000" + "20000000" + "0900000000000000" +
            "0C000000" + "00000000" + "0D000000" + "00000000" + "ED010000" +
            "0102000000000016010000000E000000" + "0102000000000016020000000F000000" + "04000000" + "61006200",
            Convert.ToHexString(buffer.AsSpan(0, writer.Length)));
        var reader = new DirectoryEntryReader(buffer.AsMemory(0, writer.Length), FileInformationClass.Posix);
        Assert.True(reader.MoveNext());
        Assert.Equal((entry.Posix, 9ul, 12u), (reader.Current.Posix, reader.Current.FileId, reader.Current.DeviceId));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Directory_entries(FileInformationClass informationClass, int fixedLength)
    {
        byte[] buffer = new byte[1000];
        Array.Fill(buffer, (byte)0xCC);
        var writer = new DirectoryEntryWriter(informationClass);
        Assert.Equal(fixedLength, DirectoryEntryWriter.FixedLength(informationClass));
        string[] names = ["a", "bcd", "ef"];
        foreach (string name in names)
            Assert.True(writer.TryAppend(buffer, s_entry, name, "SHORT"));
        int length = writer.Length;

        Assert.Equal(3, writer.Count);
        var reader = new DirectoryEntryReader(buffer.AsMemory(0, length), informationClass);
        foreach (string name in names)
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(name, reader.Name.ToString());
            Assert.Equal(1u, reader.Current.FileIndex);
            if (informationClass != FileInformationClass.Names)
                Assert.Equal((6L, new FileTime(5)), (reader.Current.EndOfFile, reader.Current.ChangeTime));
            if (informationClass.ToString().Contains("Both", StringComparison.Ordinal))
                Assert.Equal("SHORT", reader.ShortName.ToString());
        }

        Assert.False(reader.MoveNext());
        Assert.True(reader.IsValid);
        for (int cut = 0; cut < length; cut++)
        {
            var truncated = new DirectoryEntryReader(buffer.AsMemory(0, cut), informationClass);
            while (truncated.MoveNext())
                Assert.True(truncated.Name.Length < 4);
            Assert.Equal(cut == 0, truncated.IsValid);
        }
    }

    [Theory] // As strings, overlapping names would be very many times as long as the list.
    [MemberData(nameof(Classes))]
    public void Directory_entries_do_not_overlap(FileInformationClass informationClass, int fixedLength)
    {
        byte[] buffer = new byte[1000];
        var writer = new DirectoryEntryWriter(informationClass);
        Assert.True(writer.TryAppend(buffer, s_entry, new string('a', 40)));
        Assert.True(writer.TryAppend(buffer, s_entry, "b"));
        int length = writer.Length;
        BinaryPrimitives.WriteInt32LittleEndian(buffer, (fixedLength + 7) & ~7); // Within the first name.

        Assert.False(new DirectoryEntryReader(buffer.AsMemory(0, length), informationClass).MoveNext());
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Directory_entries_that_do_not_fit_change_nothing(FileInformationClass informationClass, int fixedLength)
    {
        int exact = ((fixedLength + 2 + 7) & ~7) + fixedLength + 4;
        byte[] buffer = new byte[exact];
        var writer = new DirectoryEntryWriter(informationClass);
        Assert.True(writer.TryAppend(buffer, s_entry, "a"));
        int length = writer.Length;

        Assert.False(writer.TryAppend(buffer, s_entry, "abc"));
        Assert.Equal((length, 1), (writer.Length, writer.Count));
        Assert.False(writer.TryAppend(buffer.AsSpan(0, exact - 1), s_entry, "ab"));
        Assert.True(writer.TryAppend(buffer, s_entry, "ab"));
        Assert.Equal(exact, writer.Length);
    }

    [Fact]
    public void A_reparse_tag_stands_in_ea_size()
    {
        byte[] buffer = new byte[200];
        var writer = new DirectoryEntryWriter(FileInformationClass.FullDirectory);
        writer.TryAppend(buffer, s_entry with { FileAttributes = FileAttributes.ReparsePoint }, "a");
        var reader = new DirectoryEntryReader(buffer.AsMemory(0, writer.Length), FileInformationClass.FullDirectory);

        Assert.True(reader.MoveNext());
        Assert.Equal((ReparseTag.Nfs, 0u), (reader.Current.ReparseTag, reader.Current.EaSize));
    }

    [Fact]
    public void Directory_readers_survive_any_byte()
    {
        foreach (var row in Classes)
        {
            byte[] buffer = new byte[400];
            var writer = new DirectoryEntryWriter(row.Data.Item1);
            writer.TryAppend(buffer, s_entry, "ab", "S");
            writer.TryAppend(buffer, s_entry, "cd", "T");
            buffer = buffer[..writer.Length];
            for (int i = 0; i < buffer.Length * 256; i++)
            {
                byte original = buffer[i >> 8];
                buffer[i >> 8] = (byte)i;
                var reader = new DirectoryEntryReader(buffer, row.Data.Item1);
                int count = 0;
                while (reader.MoveNext())
                    Assert.True(++count <= 40);
                buffer[i >> 8] = original;
            }
        }
    }

    [Fact] // [MS-FSCC] 2.4.15
    public void Full_eas()
    {
        FullEaEntry[] entries = [new(false, "AB", "xyz"u8.ToArray()), new(true, "C", ReadOnlyMemory<byte>.Empty)];
        byte[] bytes = new byte[FullEaList.Length(entries)];
        var writer = new WireWriter(bytes);
        FullEaList.Write(ref writer, entries);

        Assert.True(writer.IsValid);
        Assert.Equal("10000000" + "00" + "02" + "0300" + "414200" + "78797A" + "0000" + "00000000" + "80" + "01" + "0000" + "4300",
            Convert.ToHexString(bytes));
        Assert.Equal(NtStatus.Success, FullEaList.TryRead(bytes, out var read, out _));
        Assert.Equal(["AB", "C"], read.Select(ea => ea.Name));
        Assert.Equal("xyz"u8.ToArray(), read[0].Value.ToArray());
        Assert.True(read[1].IsCritical);
        for (int cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Equal(NtStatus.EaListInconsistent, FullEaList.TryRead(bytes.AsMemory(0, cut), out _, out int offset));
            Assert.Equal(cut < 16 ? 0 : 16, offset);
        }

        var small = new WireWriter(new byte[20]);
        Assert.Equal(1, FullEaList.WriteFitting(ref small, entries));
        Assert.Equal(14, small.Position);
        Assert.Equal(1, FullEaList.WriteFitting(ref small, entries, first: 2) + 1);
    }

    [Theory]
    [InlineData("00000000" + "00" + "00" + "0000" + "00", NtStatus.InvalidEaName)] // No name
    [InlineData("00000000" + "00" + "01" + "0000" + "2A00", NtStatus.InvalidEaName)] // *
    [InlineData("00000000" + "01" + "01" + "0000" + "4100", NtStatus.InvalidEaFlag)]
    [InlineData("00000000" + "00" + "01" + "0000" + "4141", NtStatus.EaListInconsistent)] // No terminator
    [InlineData("04000000" + "00" + "01" + "0000" + "4100" + "0000", NtStatus.EaListInconsistent)] // Overlap
    [InlineData("0C000000" + "00" + "01" + "0000" + "4100" + "0000", NtStatus.EaListInconsistent)] // Nothing follows
    [InlineData("FCFFFFFF" + "00" + "01" + "0000" + "4100" + "0000", NtStatus.EaListInconsistent)]
    public void Bad_eas(string hex, NtStatus status) =>
        Assert.Equal(status, FullEaList.TryRead(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void Get_eas()
    {
        string[] names = ["AB", "C"];
        byte[] bytes = new byte[GetEaList.Length(names)];
        var writer = new WireWriter(bytes);
        GetEaList.Write(ref writer, names);

        Assert.Equal("08000000" + "02" + "414200" + "00000000" + "01" + "4300", Convert.ToHexString(bytes));
        Assert.Equal(NtStatus.Success, GetEaList.TryRead(bytes, out var read, out _));
        Assert.Equal(names, read);
        for (int cut = 0; cut < bytes.Length; cut++)
            Assert.Equal(NtStatus.EaListInconsistent, GetEaList.TryRead(bytes.AsMemory(0, cut), out _, out _));
    }

    [Fact] // [MS-FSCC] 2.4.47
    public void Streams()
    {
        byte[] buffer = new byte[100];
        var writer = new StreamListWriter();
        Assert.True(writer.TryAppend(buffer, "::$DATA", 5, 4096));
        Assert.True(writer.TryAppend(buffer, ":s:$DATA", 1, 2));
        Assert.False(writer.TryAppend(buffer, ":t:$DATA", 1, 2));

        Assert.Equal("28000000" + "0E000000" + "0500000000000000" + "0010000000000000" + "3A003A0024004400410054004100" + "0000",
            Convert.ToHexString(buffer.AsSpan(0, 40)));
        Assert.Equal(80, writer.Length);
        Assert.True(StreamList.TryRead(buffer.AsMemory(0, writer.Length), out var streams));
        Assert.Equal([new("::$DATA", 5, 4096), new(":s:$DATA", 1, 2)], streams);
        Assert.True(StreamList.TryRead(default, out streams));
        Assert.Empty(streams);
        for (int cut = 1; cut < writer.Length; cut++)
            Assert.False(StreamList.TryRead(buffer.AsMemory(0, cut), out _));
    }

    [Fact]
    public void Quotas()
    {
        QuotaEntry[] entries =
            [new(Sid.Everyone, new(1), 2, 3, -1), new(Sid.BuiltinUsers, new(5), 6, 7, 8), new(Sid.Network, new(1), 1, 1, 1)];
        byte[] bytes = new byte[112];
        var writer = new WireWriter(bytes);

        Assert.Equal(2, QuotaList.WriteFitting(ref writer, entries));
        Assert.Equal(112, writer.Position);
        Assert.True(QuotaList.TryRead(bytes, out var read));
        Assert.Equal(entries[..2], read);
        for (int cut = 1; cut < bytes.Length; cut++)
            Assert.False(QuotaList.TryRead(bytes.AsMemory(0, cut), out _));
        byte[] sids = QuotaList.ToSidList([Sid.Everyone, Sid.BuiltinUsers]);
        Assert.True(QuotaList.TryReadSids(sids, out var list));
        Assert.Equal([Sid.Everyone, Sid.BuiltinUsers], list);
        for (int cut = 1; cut < sids.Length; cut++)
            Assert.False(QuotaList.TryReadSids(sids.AsMemory(0, cut), out _));
    }
}
