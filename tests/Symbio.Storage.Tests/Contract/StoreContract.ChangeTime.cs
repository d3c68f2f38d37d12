using Symbio.Protocol;
using Xunit;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public async Task ChangeTime_that_was_set_is_shown_everywhere()
    {
        var file = await CreateFileAsync("f", [1]);

        Assert.Equal(NtStatus.Success, await file.SetBasicInfoAsync(new BasicInfoChange(
            s_past, s_past, s_past, s_past, FileAttributes.Archive), Token));

        Assert.Equal(s_past, (await StatAsync(file)).ChangeTime);
        Assert.Equal(s_past, (await StatAsync(await OpenAsync("f", StoreAccess.None))).ChangeTime);
        Assert.Equal(s_past, Assert.Single(await ListAsync("", "f")).Stat.ChangeTime);
        Assert.Equal(s_past, Assert.Single(await ListAsync("", "*"), entry => entry.Name == "f").Stat.ChangeTime);
    }

    [Fact]
    public async Task ChangeTime_of_a_directory_can_be_set_alone()
    {
        var directory = await CreateDirectoryAsync("d");
        var before = await StatAsync(directory);

        Assert.Equal(NtStatus.Success, await directory.SetBasicInfoAsync(new BasicInfoChange(ChangeTime: s_past), Token));

        Assert.Equal(before with { ChangeTime = s_past }, await StatAsync(directory));
    }

    [Fact]
    public async Task ChangeTime_that_was_set_holds_until_a_write()
    {
        var file = await CreateFileAsync("f", [1]);
        var before = await StatAsync(file);
        await file.SetBasicInfoAsync(new BasicInfoChange(ChangeTime: s_past), Token);
        await PassTimeAsync();

        await file.WriteAsync(0, new byte[] { 2 }, Token);

        Assert.True((await StatAsync(file)).ChangeTime > before.ChangeTime);
    }

    [Fact]
    public async Task Setting_attributes_moves_a_ChangeTime_that_was_set()
    {
        var file = await CreateFileAsync("f");
        var before = await StatAsync(file);
        await file.SetBasicInfoAsync(new BasicInfoChange(s_past, ChangeTime: s_past), Token);
        await PassTimeAsync();

        await file.SetBasicInfoAsync(new BasicInfoChange(Attributes: FileAttributes.Hidden), Token);

        var after = await StatAsync(file);
        Assert.Equal((s_past, FileAttributes.Hidden), (after.CreationTime, after.Attributes));
        Assert.True(after.ChangeTime > before.ChangeTime);
    }
}
