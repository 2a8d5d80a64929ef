using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Wire;

public sealed class NameListTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a,b", "a", true)]
    [InlineData("a,b", "b", true)]
    [InlineData("x,aes128-ctr,y", "aes128-ctr", true)]
    [InlineData("aes128-ctr@x,aes128-ctr", "aes128-ctr", true)]
    [InlineData("xaes128-ctr,aes128-ctrx,aes128-ct", "aes128-ctr", false)]
    [InlineData("aa,aaa", "a", false)]
    [InlineData("aaa,aa", "aa", true)]
    [InlineData("ab", "abc", false)]
    [InlineData("", "a", false)]
    [InlineData("", "", false)]
    [InlineData("a,b", "", false)]
    public void A_list_contains_whole_names(string list, string name, bool isThere) =>
        Assert.Equal(isThere, NameList.Of(list).Contains(Encoding.ASCII.GetBytes(name)));
}
