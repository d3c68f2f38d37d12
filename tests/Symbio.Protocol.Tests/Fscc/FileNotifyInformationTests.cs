using Symbio.Protocol.Fscc;

namespace Symbio.Protocol.Tests.Fscc;

/// <summary>FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1.</summary>
public sealed class FileNotifyInformationTests
{
    // A name of three units: two bytes of padding in front of the next entry, none behind the last.
    private const string List =
        "14000000 04000000 06000000 6100 6200 6300 0000" + "00000000 05000000 02000000 6400";

    [Fact]
    public void A_list_is_written_and_read()
    {
        byte[] buffer = new byte[100];
        Array.Fill(buffer, (byte)0xFF);
        var writer = new FileNotifyListWriter();
        Assert.Equal(18, writer.LengthWith(3));
        writer.Append(buffer, FileAction.RenamedOldName, "abc");
        Assert.Equal(34, writer.LengthWith(1));
        writer.Append(buffer, FileAction.RenamedNewName, "d");

        Assert.Equal(List.Replace(" ", ""), Convert.ToHexString(buffer, 0, writer.Length));
        Assert.True(FileNotifyInformation.TryReadList(buffer.AsMemory(0, writer.Length), out var changes));
        Assert.Equal(
            [new FileNotifyInformation(FileAction.RenamedOldName, "abc"), new(FileAction.RenamedNewName, "d")], changes);
    }

    [Fact]
    public void A_repetition_is_recognized()
    {
        byte[] buffer = new byte[100];
        var writer = new FileNotifyListWriter();
        Assert.False(writer.Repeats(buffer, FileAction.Modified, "a"));
        writer.Append(buffer, FileAction.Modified, "a");

        Assert.True(writer.Repeats(buffer, FileAction.Modified, "a"));
        Assert.False(writer.Repeats(buffer, FileAction.Modified, "A"));
        Assert.False(writer.Repeats(buffer, FileAction.Added, "a"));
        Assert.False(writer.Repeats(buffer, FileAction.Modified, "ab"));
    }

    [Fact]
    public void A_list_that_was_cut_off_is_refused()
    {
        byte[] list = Convert.FromHexString(List.Replace(" ", ""));
        for (int length = 1; length < list.Length; length++)
            Assert.False(FileNotifyInformation.TryReadList(list.AsMemory(0, length), out _), length.ToString());
    }
}
